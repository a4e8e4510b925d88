const host = window.location.hostname;
export default {host};

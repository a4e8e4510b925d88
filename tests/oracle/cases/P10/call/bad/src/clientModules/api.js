function setup() { window.__API__ = 'x'; }
setup();
export default {};

if (typeof window !== 'undefined') { window.__x = 1; }
export default {};

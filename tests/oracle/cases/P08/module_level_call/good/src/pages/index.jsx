import React from 'react';
function setup() { window.__API__ = 'x'; }
if (typeof window !== 'undefined') { setup(); }
export default function P() { return <p>x</p>; }

import React from 'react';
function setup() { window.__API__ = 'x'; }
setup();
export default function P() { return <p>x</p>; }

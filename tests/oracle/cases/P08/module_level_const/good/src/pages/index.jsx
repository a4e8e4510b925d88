import React from 'react';
const inBrowser = typeof window !== 'undefined';
export default function P() { const h = inBrowser && window.location.href; return <p>{h}</p>; }

import React from 'react';
const host = window.location.hostname;
export default function P() { return <p>{host}</p>; }

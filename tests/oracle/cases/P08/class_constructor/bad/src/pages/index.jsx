import React from 'react';
class Tokens { constructor() { this.t = localStorage.getItem('t'); } }
const tokens = new Tokens();
export default function P() { return <p>{tokens.t}</p>; }

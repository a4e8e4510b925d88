import React from 'react';
class Tokens { get() { return localStorage.getItem('t'); } }
const tokens = new Tokens();
export default function P() { return <button onClick={() => tokens.get()}>x</button>; }

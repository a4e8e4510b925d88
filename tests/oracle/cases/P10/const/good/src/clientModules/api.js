export function onRouteDidUpdate() { document.title = document.title; }

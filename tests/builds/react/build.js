const fs = require("node:fs");
fs.mkdirSync("build", { recursive: true });
fs.writeFileSync("build/index.html", "<!doctype html><title>shop</title>");

#EsCaPe = `
FROM a
RUN a `
  b

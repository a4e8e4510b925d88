# escape=`
FROM a
RUN a `
  b
USER c

# syntax=docker/dockerfile:1
# escape=`
# check=skip=all
FROM a
RUN a `
  b

# escape=`
FROM a
RUN a `
  b
RUN c \
COPY d e

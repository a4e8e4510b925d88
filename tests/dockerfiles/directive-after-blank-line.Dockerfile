
# escape=`
FROM a
RUN a `
USER b

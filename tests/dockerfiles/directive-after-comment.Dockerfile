# made by hand
# escape=`
FROM a
RUN a `
USER b

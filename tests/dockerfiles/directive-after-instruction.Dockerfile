FROM a
# escape=`
RUN a `
USER b

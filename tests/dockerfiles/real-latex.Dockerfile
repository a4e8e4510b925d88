FROM pandoc/latex:3.1
RUN tlmgr list && tlmgr install \
    # fonts
    sourcesanspro sourcecodepro \

    # tables
    booktabs \

    multirow
ENTRYPOINT ["/usr/local/bin/docker-entrypoint.sh"]

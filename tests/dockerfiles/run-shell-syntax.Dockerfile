FROM alpine
RUN if [ -f a ]; then \
      b; \
    else \
      c; \
    fi
RUN { a; b; } > c 2>&1
RUN for i in 1 2; do echo "$i"; done
RUN echo "a\nb" 'c\' d

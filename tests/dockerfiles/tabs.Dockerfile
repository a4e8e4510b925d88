FROM	a
	RUN	b	\
		&& c
COPY	a	b
USER	x

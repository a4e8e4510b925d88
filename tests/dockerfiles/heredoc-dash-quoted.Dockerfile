FROM alpine
COPY <<-'E O F' /a
	x
	E O F
USER x

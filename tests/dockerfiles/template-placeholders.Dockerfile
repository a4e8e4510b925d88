FROM {{ image }}
{% if a %}
RUN b
{% endif %}
CMD ["{{ c }}"]

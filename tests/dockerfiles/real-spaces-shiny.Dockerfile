FROM rocker/r2u:24.04

RUN install2.r shiny bslib dplyr ggplot2

WORKDIR /code
COPY . .

CMD ["R", "--quiet", "-e", "shiny::runApp(host='0.0.0.0', port=7860)"]

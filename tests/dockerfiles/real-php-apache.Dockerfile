FROM php:8.2-apache
RUN apt-get update && apt-get install -y \
		libfreetype-dev \
		libjpeg62-turbo-dev \
		libpng-dev \
	&& docker-php-ext-configure gd --with-freetype --with-jpeg \
	&& docker-php-ext-install -j$(nproc) gd
COPY --from=composer:2 /usr/bin/composer /usr/bin/composer
COPY . /var/www/html/
VOLUME ["/var/www/html/storage"]

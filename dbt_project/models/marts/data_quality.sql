{{ config(post_hook="{{ create_as_of('data_quality', data_quality('ts')) }}") }}

{{ data_quality("'infinity'") }}

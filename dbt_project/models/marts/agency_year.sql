{{ config(post_hook="{{ create_as_of('agency_year', agency_year('ts')) }}") }}

{{ agency_year("'infinity'") }}

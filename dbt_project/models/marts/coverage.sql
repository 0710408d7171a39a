{{ config(post_hook="{{ create_as_of('coverage', coverage('ts')) }}") }}

{{ coverage("'infinity'") }}

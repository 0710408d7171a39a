{{ config(post_hook="{{ create_as_of('version_diff', version_diff('ts')) }}") }}

{{ version_diff("'infinity'") }}

{{ config(post_hook="{{ create_as_of('project_history', project_history('ts')) }}") }}

{{ project_history("'infinity'") }}

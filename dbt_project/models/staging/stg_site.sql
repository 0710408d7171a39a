-- A site's name and region, as last said by a crawl or an import. They are settings, not observations: those of today
-- count whatever the build's moment.
select
    site_id,
    arg_max(cast(payload as json) ->> '$.site_name', position) as site_name,
    arg_max(cast(payload as json) ->> '$.region_code', position) as region_code
from {{ source('record', 'event') }}
where type in ('crawl.started', 'document.imported') and site_id is not null
group by all

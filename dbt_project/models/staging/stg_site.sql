-- A site's name and region, as last said by a crawl or an import.
select
    site_id,
    arg_max(payload ->> '$.site_name', position) as site_name,
    arg_max(payload ->> '$.region_code', position) as region_code
from {{ ref('stg_event') }}
where type in ('crawl.started', 'document.imported') and site_id is not null
group by all

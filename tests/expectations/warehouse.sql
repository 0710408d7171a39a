-- A warehouse as dbt builds it, as far as the report reads it.
create schema core;
create schema marts;
create type yuan as decimal(20, 2);
create macro sha256_of(n) as lpad(n::varchar, 64, '0');

create table core.dim_agency as
select 'k' as agency_key, '130300' as region_code, '秦皇岛市工业和信息化局' as agency_name;

create table core.dim_disclosure as
select 'd' as disclosure_key, 'k' as agency_key, 2024 as fiscal_year;

create table core.dim_document_version (
    document_sha256 varchar, disclosure_key varchar, url varchar, title varchar,
    recorded_from timestamptz, recorded_to timestamptz, status varchar
);
insert into core.dim_document_version values
(sha256_of(1), 'd', 'http://qinhuangdao.example/a.pdf', '2024年部门预算', '2024-11-22 08:00:02+00', null, 'current'),
(sha256_of(2), 'd', 'http://qinhuangdao.example/b.pdf', '更正后的预算', '2024-11-22 08:00:03+00', null, 'current'),
(
    sha256_of(9), 'd', 'http://qinhuangdao.example/b.pdf', '更正前的预算',
    '2024-03-01 08:00:00+00', '2024-11-22 08:00:03+00', 'superseded'
),
(
    sha256_of(9), 'd', 'http://qinhuangdao.example/x.pdf', '撤下的预算',
    '2024-03-01 08:00:00+00', '2024-11-22 08:00:09+00', 'withdrawn'
);

create table core.fct_amount (
    document_sha256 varchar, table_ordinal integer, page integer, table_title varchar, confidence double
);
insert into core.fct_amount values
(sha256_of(1), 3, 7, '部门预算支出总表', null),
(sha256_of(2), 1, 2, '部门预算收入总表', 0.99996),
(sha256_of(2), 1, 2, '部门预算收入总表', 0.8123);

create table core.fct_notice (
    document_sha256 varchar, ordinal integer, page integer, table_ordinal integer, kind varchar, detail varchar
);
insert into core.fct_notice values
(sha256_of(1), 1, 1, null, 'watermark', 'left out: 内部'),
(sha256_of(1), 2, 4, 2, 'unread_amounts', '1 cells: ''<b>'' has no unit of money'),
(sha256_of(1), 3, 5, 3, 'roles_by_sums', '2 of 9 amounts'),
(sha256_of(1), 4, 6, 4, 'roles_by_sums', '3 of 7 amounts'),
(sha256_of(2), 1, 2, null, 'scan', '812 characters by OCR'),
(sha256_of(9), 1, 1, null, 'watermark', 'left out: 内部');

create table core.fct_check_result (
    document_sha256 varchar, table_ordinal integer, check_id varchar, statement varchar, subject varchar,
    status varchar, cause varchar, expected_yuan yuan, found_yuan yuan, delta_yuan yuan,
    envelope_yuan decimal(20, 6), detail varchar
);
insert into core.fct_check_result values
(
    sha256_of(1), 3, 'I04', '类 = Σ款', '201 <b>一般公共服务</b>', 'failed', 'extraction',
    12345678.90, 12345600.00, -78.90, 200, '2 addends'
),
(sha256_of(1), 1, 'I01', '收入总计 = 支出总计', '收支总表', 'held', null, 1, 1, 0, 0, ''),
(sha256_of(1), 1, 'I11', '三公', '三公经费', 'not_evaluated', null, null, null, null, null, '');

create table marts.agency_year as
select
    'd' as disclosure_key, '130300' as region_code, '秦皇岛市' as region_name, '秦皇岛市工业和信息化局' as agency_name,
    2024 as fiscal_year, 'budget' as phase, 'department' as scope,
    36000000::yuan as revenue_total_yuan, 36000000::yuan as expenditure_total_yuan,
    40100::yuan as three_public_yuan;

create table marts.coverage as
select 'd' as disclosure_key, ['three_public', 'revenue_summary'] as missing_table_types;

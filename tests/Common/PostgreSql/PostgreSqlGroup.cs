namespace Ftte.PostgreSql.Tests;

/// <summary>All tests share one database server and run one after another, because some restart it.</summary>
[CollectionDefinition(Name)]
public sealed class PostgreSqlGroup : ICollectionFixture<PostgreSqlServer>
{
    public const string Name = "PostgreSQL";
}

using Ftte.PostgreSql.Tests;

namespace Ftte;

/// <summary>A test of a store, which needs the programs of PostgreSQL.</summary>
internal sealed class StoreFactAttribute : FactAttribute
{
    public StoreFactAttribute() => Skip = PostgreSqlPrograms.Obstacle;
}

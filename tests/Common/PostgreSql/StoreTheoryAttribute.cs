using Ftte.PostgreSql.Tests;

namespace Ftte;

/// <summary>A test of a store with data, which needs the programs of PostgreSQL.</summary>
internal sealed class StoreTheoryAttribute : TheoryAttribute
{
    public StoreTheoryAttribute() => Skip = PostgreSqlPrograms.Obstacle;
}

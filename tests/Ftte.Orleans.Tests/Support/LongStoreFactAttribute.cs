using Ftte.PostgreSql.Tests;

namespace Ftte.Orleans.Tests;

/// <summary>A test of minutes, which runs only with FTTE_LONG=1 in the environment and needs the programs of PostgreSQL.</summary>
internal sealed class LongStoreFactAttribute : FactAttribute
{
    public LongStoreFactAttribute() => Skip = Environment.GetEnvironmentVariable("FTTE_LONG") == "1" ? PostgreSqlPrograms.Obstacle : "A long test. Set FTTE_LONG=1.";
}

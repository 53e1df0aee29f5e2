namespace Ftte.Sqlite.Tests;

/// <summary>A server with a file is killed with SIGKILL at random moments, and continues.</summary>
public sealed class CrashTests : StoreCrashTests, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    protected override Task<string[]> CreateStoreAsync() => Task.FromResult<string[]>(["sqlite", _folder.File("federation.db")]);
}

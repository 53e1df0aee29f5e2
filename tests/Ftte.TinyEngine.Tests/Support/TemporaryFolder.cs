namespace Ftte.TinyEngine.Tests;

/// <summary>A folder for one test's files, gone afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("ftte-").FullName;

    public string Write(string name, byte[] content)
    {
        string path = System.IO.Path.Combine(Path, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>What a piece of code allocates on this thread.</summary>
internal static class Allocated
{
    public static long By(Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>Measures again while it allocates too much: what code allocates itself it allocates every time, what the runtime caches only once.</summary>
    public static long AtMost(long limit, Action action)
    {
        long allocated = By(action);
        for (int attempt = 0; attempt < 3 && allocated > limit; attempt++)
        {
            allocated = By(action);
        }

        return allocated;
    }
}

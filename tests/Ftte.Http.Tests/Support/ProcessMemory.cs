using Xunit.Abstractions;

namespace Ftte.Http.Tests;

/// <summary>Measures what the process retains, with server and attacker in it. Its tests must be in <see cref="AloneCollection"/>.</summary>
internal sealed class ProcessMemory
{
    private readonly ITestOutputHelper _output;
    private readonly long _before;

    public ProcessMemory(ITestOutputHelper output) => (_output, _before) = (output, GC.GetTotalMemory(forceFullCollection: true));

    /// <summary>Prints and returns the growth of the managed heap since the start, in bytes.</summary>
    public long Report(string attack)
    {
        long growth = GC.GetTotalMemory(forceFullCollection: true) - _before;
        _output.WriteLine($"{attack}: the managed heap grew by {growth:N0} bytes; working set {Environment.WorkingSet:N0} bytes.");
        return growth;
    }
}

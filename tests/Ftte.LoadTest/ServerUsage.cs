using System.Diagnostics;

namespace Ftte.LoadTest;

/// <summary>Represents what a process has used so far.</summary>
/// <param name="RssBytes">The resident memory now, in bytes.</param>
/// <param name="PeakRssBytes">The maximum resident memory, in bytes.</param>
/// <param name="CpuSeconds">The CPU time of all threads, in seconds.</param>
internal sealed record ServerUsage(long RssBytes, long PeakRssBytes, double CpuSeconds)
{
    public static ServerUsage Read()
    {
        using var process = Process.GetCurrentProcess();
        return new ServerUsage(process.WorkingSet64, process.PeakWorkingSet64, process.TotalProcessorTime.TotalSeconds);
    }
}

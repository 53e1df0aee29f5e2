using System.Globalization;

namespace Ftte.LoadTest;

/// <summary>Reads the CPU time of a process and its children, including children that have ended. Linux only.</summary>
internal static class ProcessTree
{
    private const double TicksPerSecond = 100;

    /// <summary>Returns the CPU time; 0 if the system has no <c>/proc</c>.</summary>
    public static double GetCpuSeconds(int root) => !Directory.Exists("/proc/self") ? 0 : Directory.GetDirectories("/proc").Select(Path.GetFileName)
        .Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _))
        .Select(name => Read(int.Parse(name!, CultureInfo.InvariantCulture)))
        .Where(process => process.Id == root || process.Parent == root)
        .Sum(process => process.Ticks) / TicksPerSecond;

    private static (int Id, int Parent, long Ticks) Read(int id)
    {
        try
        {
            // After the name in parentheses: state, parent, ..., user, system, and the same of children that have ended.
            string text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (id, int.Parse(fields[1], CultureInfo.InvariantCulture), fields[11..15].Sum(field => long.Parse(field, CultureInfo.InvariantCulture)));
        }
        catch (IOException)
        {
            // The process has ended.
            return default;
        }
    }
}

using Ftte.TinyEngine;

namespace Ftte.PublicApi.Tests.Outsider;

/// <summary>An example source: windows of sensor readings, labeled with activities.</summary>
internal sealed class Readings(float[][] windows, int[] activities) : IExampleSource
{
    public int Count => windows.Length;

    public int InputLength => windows[0].Length;

    public int CopyTo(int index, Span<float> input)
    {
        windows[index].CopyTo(input);
        return activities[index];
    }
}

using Ftte.TinyEngine;

namespace Ftte.PublicApi.Tests.Outsider;

/// <summary>An example source with augmentation: half of the visits see the window in reverse.</summary>
internal sealed class MirroredReadings(Readings readings) : IVaryingExampleSource
{
    public int Count => readings.Count;

    public int InputLength => readings.InputLength;

    public bool VariesByDraw => true;

    public int CopyTo(int index, Span<float> input) => readings.CopyTo(index, input);

    public int CopyTo(int index, ulong draw, Span<float> input)
    {
        int label = readings.CopyTo(index, input);
        if ((draw & 1) != 0)
        {
            input.Reverse();
        }

        return label;
    }
}

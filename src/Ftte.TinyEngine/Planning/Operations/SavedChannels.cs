using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Kernels;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Represents the channels of a convolution's input that the gradient of its weights reads.</summary>
/// <param name="Tensor">The tensor of the channels: the input itself if all are needed, otherwise pixels with only these channels.</param>
/// <param name="Channels">The channels, ascending; null for all.</param>
/// <param name="Shape">The convolution restricted to these channels.</param>
/// <param name="Gradient">The destination of the gradient.</param>
internal sealed record SavedChannels(Tensor Tensor, int[]? Channels, ConvolutionShape Shape, PlannedGradient Gradient)
{
    /// <summary>Declares the tensor of the channels and its uses.</summary>
    public static SavedChannels Plan(Tensor x, ConvolutionShape shape, PlannedBlock weight, PlanBuilder plan)
    {
        int[] channels = [.. TrainedRows(weight).Select(row => row % shape.GroupChannels).Distinct().Order()];
        if (channels.Length == shape.GroupChannels || shape.Groups > 1)
        {
            return new SavedChannels(plan.Keep(x), null, shape, plan.AddGradient(PlannedGradient.Whole(weight)));
        }

        int[] rows = [.. Enumerable.Range(0, shape.WeightRows).Select(row =>
        {
            int place = Array.BinarySearch(channels, row % shape.Channels);
            return place < 0 ? -1 : (row / shape.Channels * channels.Length) + place;
        })];
        Tensor tensor = plan.AddKept("saved", sizeof(float) * (long)shape.Height * shape.Width * channels.Length);
        return new SavedChannels(tensor, channels, shape with { Channels = channels.Length }, plan.AddGradient(new PlannedGradient(weight, rows)));
    }

    /// <summary>Copies the channels from the input.</summary>
    public unsafe void Copy(float* x, float* saved, int channels, long firstPixel, long lastPixel)
    {
        for (long pixel = firstPixel; pixel < lastPixel; pixel++)
        {
            float* from = x + (pixel * channels);
            float* to = saved + (pixel * Channels!.Length);
            for (int i = 0; i < Channels.Length; i++)
            {
                to[i] = from[Channels[i]];
            }
        }
    }

    private static IEnumerable<int> TrainedRows(PlannedBlock weight) => weight.TrainedTiles.SelectMany(t => Enumerable.Range(t.Row, t.Rows));
}

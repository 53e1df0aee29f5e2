using Ftte.TinyEngine;

namespace Ftte.Samples.Shared;

/// <summary>Specifies a use of memory.</summary>
internal enum MemoryUse
{
    Received,
    Trained,
    Features,
    Resident,
    Saved,
    Gradient,
    Transient,
}

/// <summary>Represents the bytes of one use at each moment.</summary>
/// <param name="Use">The use.</param>
/// <param name="Name">The use, for the legend.</param>
/// <param name="BytesAt">The bytes.</param>
internal sealed record MemoryArea(MemoryUse Use, string Name, double[] BytesAt);

/// <summary>Represents the memory at every moment of one pass by use, from the bottom up.</summary>
/// <param name="Areas">The uses.</param>
/// <param name="ForwardMoments">The number of moments of the forward pass; the others are the backward pass, down to the first trained step.</param>
internal sealed record MemoryAreas(MemoryArea[] Areas, int ForwardMoments)
{
    /// <summary>Gets the number of moments.</summary>
    public int Moments => Areas[0].BytesAt.Length;

    /// <summary>Creates the areas of a plan.</summary>
    public static MemoryAreas Of(TrainingPlan plan)
    {
        int steps = plan.Steps.Length;
        int moments = (2 * steps) - plan.Cut;
        MemoryArea[] areas =
        [
            new(MemoryUse.Received, "parameters, read", Level(moments, plan.ParameterBytes)),
            new(MemoryUse.Trained, "parameters, trained", Level(moments, plan.TrainedBytes)),
            new(MemoryUse.Features, "features, kept for the run", Level(moments, plan.FeatureCacheBytes)),
            new(MemoryUse.Resident, "held: labels, sums, momentum", Tensors(plan, moments, TensorRole.Resident)),
            new(MemoryUse.Saved, "saved for backward", Tensors(plan, moments, TensorRole.Saved)),
            new(MemoryUse.Gradient, "gradients", Tensors(plan, moments, TensorRole.Gradient)),
            new(MemoryUse.Transient, "in use by one step", Tensors(plan, moments, TensorRole.Transient)),
        ];
        return new MemoryAreas([.. areas.Where(area => area.BytesAt.Any(bytes => bytes > 0))], steps);
    }

    /// <summary>Returns the moment of a peak.</summary>
    public int MomentOf(Peak peak) => peak.IsBackward ? (2 * ForwardMoments) - 1 - peak.Step : peak.Step;

    private static double[] Level(int moments, long bytes) => [.. Enumerable.Repeat((double)bytes, moments)];

    private static double[] Tensors(TrainingPlan plan, int moments, TensorRole role)
    {
        double[] bytes = new double[moments];
        foreach (PlannedTensor tensor in plan.Tensors.Where(tensor => tensor.Role == role))
        {
            for (int moment = tensor.FirstMoment; moment <= Math.Min(tensor.LastMoment, moments - 1); moment++)
            {
                bytes[moment] += tensor.Bytes;
            }
        }

        return bytes;
    }
}

namespace Ftte.TinyEngine;

/// <summary>Estimates the memory of a framework without a planner that trains all parameters.</summary>
/// <remarks>
/// Includes the weights, a gradient for each, every distinct activation that an operation reads in its backward pass (the input of each convolution, linear layer
/// and normalization, the output of each activation), the batch, and the gradients of the output and the largest input of the operation that is running backward.
/// Plain SGD, no momentum, no workspace, no allocator overhead: a lower bound.
/// </remarks>
internal static class EagerEstimate
{
    public static long Compute(Network network, int batchSize)
    {
        long kept = 0, widest = 0;
        foreach (Operation operation in network.Operations)
        {
            widest = Math.Max(widest, (long)operation.Output.Shape.Count + operation.Inputs.Where(i => i.Producer is not null).Select(i => (long)i.Shape.Count).DefaultIfEmpty().Max());
        }

        foreach (Value value in network.Values)
        {
            bool isKept = value.Producer is null or { EagerKeepsOutput: true } || value.Consumers.Any(c => c.EagerKeepsInput);
            kept += isKept ? value.Shape.Count : 0;
        }

        long perExample = (sizeof(float) * (kept + widest)) + network.Loss.LabelBytes;
        return (2 * sizeof(float) * (long)network.Layout.ParameterCount) + (batchSize * perExample);
    }
}

namespace Ftte.TinyEngine;

/// <summary>What a framework without a planner holds to train everything.</summary>
/// <remarks>
/// Weights, a gradient for each, the batch, every activation that some operation keeps for its backward pass, and the gradients of the output and
/// input of the operation that is running backward. Plain SGD, no momentum, no workspace, no allocator overhead: a lower bound.
/// </remarks>
internal static class EagerEstimate
{
    public static long Compute(Network network, int batchSize)
    {
        Operation[] operations = network.Operations;
        long kept = 0, widest = 0;
        for (int t = 0; t < operations.Length; t++)
        {
            bool isKept = operations[t].EagerKeepsOutput || (t + 1 < operations.Length && operations[t + 1].EagerKeepsInput);
            kept += isKept ? operations[t].Outputs : 0;
            widest = Math.Max(widest, operations[t].Outputs + (t > 0 ? operations[t - 1].Outputs : 0L));
        }

        long perExample = (sizeof(float) * (network.InputLength + kept + widest)) + sizeof(int);
        return (2 * sizeof(float) * (long)network.Layout.ParameterCount) + (batchSize * perExample);
    }
}

namespace Ftte.TinyEngine;

/// <summary>Counts the multiply-adds of training a selection, per example.</summary>
/// <remarks>
/// Every operation runs forward. The gradient of an operation's input takes as many products as its output, and is needed after the first trained operation. The gradient of its
/// parameters takes what the largest choice takes that is trained completely.
/// </remarks>
internal static class TrainingWork
{
    private static readonly double[] InputShares = [1.0 / 8, 1.0 / 4, 1.0 / 2, 1];

    /// <summary>Counts the multiply-adds of one example in a training step.</summary>
    public static long Count(Network network, ParameterSelection selection)
    {
        long sum = 0;
        bool isAfterCut = false;
        foreach (Operation operation in network.Operations)
        {
            sum += operation.MultiplyAdds + (isAfterCut ? operation.MultiplyAdds : 0);
            if (FindLargest(operation, selection) is { } choice)
            {
                sum += choice.MultiplyAdds;
                isAfterCut = true;
            }
        }

        return sum;
    }

    private static OperationChoice? FindLargest(Operation operation, ParameterSelection selection) =>
        operation.Choices(InputShares).Where(choice => IsTrained(choice, selection)).MaxBy(choice => choice.Ranges.Sum(range => range.Length));

    private static bool IsTrained(OperationChoice choice, ParameterSelection selection)
    {
        // The cost of a window of channels does not depend on its position.
        ParameterRange? window = choice.Window?.Weights;
        int count = choice.Ranges.Sum(range => range.Length), inWindow = choice.Ranges.Where(range => IsIn(window, range)).Sum(range => range.Length);
        return count > 0
            && choice.Ranges.All(range => IsIn(window, range) || CountSelected(range, selection) == range.Length)
            && (window is not { } weights || CountSelected(weights, selection) >= inWindow);
    }

    private static bool IsIn(ParameterRange? window, ParameterRange range) => window is { } weights && range.Start >= weights.Start && range.End <= weights.End;

    private static int CountSelected(ParameterRange range, ParameterSelection selection) =>
        selection.Ranges.Sum(own => Math.Max(0, Math.Min(own.End, range.End) - Math.Max(own.Start, range.Start)));
}

namespace Ftte.TinyEngine.Execution;

/// <summary>Represents the sums of the loss, the correct predictions and the examples over passes.</summary>
internal sealed class PassResult
{
    public double LossSum { get; set; }

    public int Correct { get; set; }

    public int Examples { get; set; }

    public double MeanLoss => LossSum / Examples;

    public void Clear() => (LossSum, Correct, Examples) = (0, 0, 0);
}

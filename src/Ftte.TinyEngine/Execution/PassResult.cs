namespace Ftte.TinyEngine;

/// <summary>What passes have counted.</summary>
internal sealed class PassResult
{
    public double LossSum { get; set; }

    public int Correct { get; set; }

    public int Examples { get; set; }

    public double MeanLoss => LossSum / Examples;

    public void Clear() => (LossSum, Correct, Examples) = (0, 0, 0);
}

namespace Ftte.Selection;

/// <summary>Contains one number per constraint: its dual price or its slack.</summary>
internal sealed class DualPrices(int steps)
{
    public double[] Forward { get; } = new double[steps];

    public double[] Backward { get; } = new double[steps];

    public double BeforeCut { get; set; }

    public double Payload { get; set; }

    public double Compute { get; set; }

    /// <summary>Computes the sum of squares of this slack over the constraints that are violated or have a positive price.</summary>
    public double SumOfSquares(DualPrices prices)
    {
        double sum = Square(BeforeCut, prices.BeforeCut) + Square(Payload, prices.Payload) + Square(Compute, prices.Compute);
        for (int t = 0; t < Forward.Length; t++)
        {
            sum += Square(Forward[t], prices.Forward[t]) + Square(Backward[t], prices.Backward[t]);
        }

        return sum;

        static double Square(double slack, double price) => slack < 0 || price > 0 ? slack * slack : 0;
    }

    /// <summary>Takes a subgradient step: raises the prices of violated constraints and lowers the prices of constraints with slack, to no less than 0.</summary>
    public void MoveAgainst(DualPrices slack, double length)
    {
        BeforeCut = Math.Max(0, BeforeCut - (length * slack.BeforeCut));
        Payload = Math.Max(0, Payload - (length * slack.Payload));
        Compute = Math.Max(0, Compute - (length * slack.Compute));
        for (int t = 0; t < Forward.Length; t++)
        {
            Forward[t] = Math.Max(0, Forward[t] - (length * slack.Forward[t]));
            Backward[t] = Math.Max(0, Backward[t] - (length * slack.Backward[t]));
        }
    }
}

namespace Ftte.Selection;

/// <summary>One number per constraint: its price, or what is left over of it.</summary>
internal sealed class DualPrices(int steps)
{
    public double[] Forward { get; } = new double[steps];

    public double[] Backward { get; } = new double[steps];

    public double BeforeCut { get; set; }

    public double Payload { get; set; }

    public double Compute { get; set; }

    /// <summary>Sums the squares of what is left over, but for constraints without a price that are kept.</summary>
    public double SumOfSquares(DualPrices prices)
    {
        double sum = Square(BeforeCut, prices.BeforeCut) + Square(Payload, prices.Payload) + Square(Compute, prices.Compute);
        for (int t = 0; t < Forward.Length; t++)
        {
            sum += Square(Forward[t], prices.Forward[t]) + Square(Backward[t], prices.Backward[t]);
        }

        return sum;

        static double Square(double rest, double price) => rest < 0 || price > 0 ? rest * rest : 0;
    }

    /// <summary>Raises the price of what was exceeded and lowers that of what was left over.</summary>
    public void MoveAgainst(DualPrices rest, double length)
    {
        BeforeCut = Math.Max(0, BeforeCut - (length * rest.BeforeCut));
        Payload = Math.Max(0, Payload - (length * rest.Payload));
        Compute = Math.Max(0, Compute - (length * rest.Compute));
        for (int t = 0; t < Forward.Length; t++)
        {
            Forward[t] = Math.Max(0, Forward[t] - (length * rest.Forward[t]));
            Backward[t] = Math.Max(0, Backward[t] - (length * rest.Backward[t]));
        }
    }
}

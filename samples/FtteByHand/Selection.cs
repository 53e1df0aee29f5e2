namespace FtteByHand;

/// <summary>Which parameters are trained: the most important that fit.</summary>
public static class Selection
{
    /// <summary>Takes parameters in order of importance while the budget lasts; returns them in ascending order.</summary>
    public static int[] Choose(double[] importance, int bytesEach, int budgetBytes)
    {
        var order = new int[importance.Length];
        for (int j = 0; j < order.Length; j++)
        {
            order[j] = j;
        }

        Array.Sort(order, (a, b) => importance[b].CompareTo(importance[a]));
        var chosen = new List<int>();
        foreach (int j in order)
        {
            if ((chosen.Count + 1) * bytesEach <= budgetBytes)
            {
                chosen.Add(j);
            }
        }

        chosen.Sort();
        return [.. chosen];
    }
}

namespace FtteByHand;

/// <summary>Selects the most important parameters that fit a budget.</summary>
public static class Selection
{
    /// <summary>Selects parameters in order of importance until the budget is used, and returns them in ascending order.</summary>
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

namespace Ftte.Aggregation;

/// <summary>Specifies the update rule of second moments. The names are saved in states.</summary>
internal enum MomentRule
{
    Momentum,
    Adagrad,
    Adam,
    Yogi,
}

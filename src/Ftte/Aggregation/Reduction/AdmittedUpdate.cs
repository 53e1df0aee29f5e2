namespace Ftte.Aggregation;

/// <summary>Represents an update that passed all checks and will be added to a buffer.</summary>
/// <param name="Header">The header of the update.</param>
/// <param name="Selection">The coordinates of the values.</param>
/// <param name="Roles">The pieces of the packed values.</param>
/// <param name="ExampleCount">n, the capped example count.</param>
/// <param name="Weight">w, the positive weight.</param>
/// <param name="Clip">The factor that norm clipping applies to the trainable values, in (0, 1].</param>
/// <param name="Norm">The norm of the trainable values, before clipping.</param>
/// <param name="StatisticClip">The factor that norm clipping applies to the steps of statistics, in (0, 1].</param>
/// <param name="StatisticNorm">The norm of the steps of statistics, before clipping.</param>
internal readonly record struct AdmittedUpdate(
    UpdateHeader Header,
    ParameterSelection Selection,
    PackedRoles Roles,
    int ExampleCount,
    double Weight,
    double Clip,
    double Norm,
    double StatisticClip,
    double StatisticNorm);
